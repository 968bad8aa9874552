"""The second step of a sign-in: a passkey or the code of an app, and recovery codes for when neither is at hand."""
