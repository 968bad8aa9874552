"""
The form renderer, so that `{{ form }}` and `{{ field.as_field_group }}` look the same everywhere.

It stands in for Django's own, so it dresses our forms and those of other apps alike. A field may carry a `berth_input`
(how it was declared: `form_field`, `mono`, `size`, `before`, `after`, `suggestions`, `sentences`) and a `berth_kept` (a
sentence on a secret that is stored); fields of other apps carry neither and are shown plainly.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

CLASSES: Mapping[type[forms.Widget], str] = {
    forms.Textarea: "area",
    forms.Select: "select",
    forms.RadioSelect: "",
    forms.CheckboxInput: "",
    forms.FileInput: "",
    forms.HiddenInput: "",
    forms.TextInput: "input",
    Input: "input",
}

SHAPES: Mapping[type[forms.Widget], str] = {
    forms.RadioSelect: "radio",
    forms.CheckboxInput: "box",
}


class Field(BoundField):
    """A field in a form, which knows the classes of our stylesheet and the words around its control."""

    @property
    def kept(self) -> str:
        """What is said about a secret that is stored already, or ""."""
        return getattr(self.field, "berth_kept", "")

    @property
    def optional(self) -> bool:
        """
        Whether to say "(optional)": not of a tick box, nor where the field is only let off for now, as a secret is that
        may stay blank because one is kept.
        """
        declared = getattr(self._asked, "form_field", self.field)
        wanted = bool(self.when) and getattr(self._asked, "wanted", False)
        return not (self.field.required or declared.required or wanted or self.shape == "box")

    @property
    def when(self) -> str:
        """
        Classes of a field that has a meaning only with some choices of another: the places of those among the choices.

        The stylesheet hides it while another is chosen. Where a browser cannot, the field is there, and is passed over.
        """
        for name, values in getattr(self._asked, "only_with", {}).items():
            choices = [value for value, _ in cast("Any", self.form.fields[name]).choices]
            return " ".join(["when", *(f"when--{choices.index(value)}" for value in values)])
        return ""

    @property
    def shape(self) -> str:
        """How the control is laid out: "radio" is a group, "box" is one tick box, "drop" a file or its text."""
        widget = self.field.widget
        if isinstance(widget, forms.MultiWidget) and any(isinstance(part, forms.FileInput) for part in widget.widgets):
            return "drop"
        return next((shape for kind, shape in SHAPES.items() if isinstance(widget, kind)), "")

    @property
    def mono(self) -> bool:
        return getattr(self._asked, "mono", False)

    @property
    def before(self) -> str:
        return getattr(self._asked, "before", "")

    @property
    def after(self) -> str:
        return getattr(self._asked, "after", "")

    @property
    def suggestions(self) -> list[str]:
        return list(getattr(self._asked, "suggestions", ()))

    @property
    def options(self) -> list[tuple[BoundWidget, str]]:
        """The choices of a radio group, each with its sentence of consequence or ""."""
        sentences: Mapping[str, str] = getattr(self._asked, "sentences", {})
        return [(option, sentences.get(str(option.data["value"]), "")) for option in self.subwidgets]

    @property
    def pieces(self) -> list[BoundWidget]:
        """The controls of a widget that is made of several, to be placed one by one."""
        pieces = self.subwidgets[0].data["subwidgets"]
        for widget, piece in zip(self.field.widget.widgets, pieces, strict=True):
            if dress := classes(widget):
                piece["attrs"]["class"] = f"{dress} {dress}--mono" if self.mono else dress
        return [BoundWidget(self.field.widget, piece, self.form.renderer) for piece in pieces]

    @property
    def _asked(self) -> Any:
        return getattr(self.field, "berth_input", None)

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if self.kept and self.auto_id and described is not None:
            return f"{described} {self.auto_id}_kept".lstrip()
        return described

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        dress = classes(widget)
        if not dress:
            return built
        if self.mono:
            # Names of registries are no prose: neither the browser nor a telephone's keyboard may mend them.
            dress += f" {dress.split()[0]}--mono"
            for name, value in (("autocomplete", "off"), ("autocapitalize", "off"), ("spellcheck", "false")):
                if name not in widget.attrs:
                    built.setdefault(name, value)
        if size := getattr(self._asked, "size", ""):
            dress += f" {dress.split()[0]}--{size}"
        built["class"] = " ".join(filter(None, [dress, widget.attrs.get("class", ""), str(built.get("class", ""))]))
        if self.suggestions:
            built["list"] = f"{self.auto_id}_list"
        if str(self.label).lower() in str(widget.attrs.get("placeholder", "")).lower():
            # A placeholder that says the label again is noise, and other apps write them. False leaves it out.
            built["placeholder"] = False
        return built


def classes(widget: forms.Widget) -> str:
    """Return the classes for a widget's control, "" for those that are dressed otherwise or hidden."""
    return next((CLASSES[kind] for kind in type(widget).__mro__ if kind in CLASSES), "")


class Renderer(TemplatesSetting):
    """Render forms with the project's own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Field
