/* Passkeys: a form with data-passkey asks the browser to make one ("create") or to use one ("get"), and sends what it
   answers. What to ask stands in the form as JSON, or is fetched from data-passkey-options when the button is pressed.
   Loaded where such a form is; without it, or where a browser has no passkeys, the form is hidden. */
(() => {
  const root = document.documentElement;
  // A browser has no passkeys at an address that is a bare number, and none on plain http but at localhost.
  const numeric = /^(\d+\.){3}\d+$|^\[/.test(location.hostname);
  if (!window.isSecureContext || !window.PublicKeyCredential || numeric) return;
  root.classList.add("passkeys");

  const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const written = (bytes) => btoa(Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => list?.map((one) => ({ ...one, id: read(one.id) }));

  const make = (asked, alone) => navigator.credentials.create({ publicKey: {
    ...asked,
    challenge: read(asked.challenge),
    user: { ...asked.user, id: read(asked.user.id) },
    excludeCredentials: named(asked.excludeCredentials),
    authenticatorSelection: {
      ...asked.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: alone ? "required" : asked.authenticatorSelection?.userVerification,
    },
  } });
  const use = (asked) => navigator.credentials.get({ publicKey: {
    ...asked, challenge: read(asked.challenge), allowCredentials: named(asked.allowCredentials),
  } });

  const asJSON = ({ id, rawId, type, authenticatorAttachment, response }, results) => {
    const answer = { clientDataJSON: written(response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[part]) answer[part] = written(response[part]);
    }
    if (response.getTransports) answer.transports = response.getTransports();
    return JSON.stringify({ id, rawId: written(rawId), type, authenticatorAttachment, clientExtensionResults: results, response: answer });
  };

  const why = (error, { isHeld, notHere, none }) => ({ InvalidStateError: isHeld, SecurityError: notHere })[error.name] || none;

  const asked = async (form) => {
    const { passkeyOptions } = form.dataset;
    if (!passkeyOptions) return JSON.parse(form.querySelector("script[type='application/json']").textContent).publicKey;
    const answer = await fetch(passkeyOptions, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options.publicKey;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    const refused = form.querySelector("[data-passkey-refused]"), button = form.querySelector("button[type=submit]");
    refused.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      const options = await asked(form);
      const alone = form.elements.passwordless?.checked ?? false;
      const credential = await (form.dataset.passkey === "create" ? make(options, alone) : use(options));
      form.elements.credential.value = asJSON(credential, credential.getClientExtensionResults());
      form.submit();
    } catch (error) {
      refused.querySelector("span").textContent = why(error, refused.dataset);
      refused.hidden = false;
      button.removeAttribute("aria-busy");
    }
  });
})();
