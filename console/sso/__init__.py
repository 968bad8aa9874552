"""
Single sign-on: people who come in by the operator’s own OpenID Connect provider.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636 (PKCE); security page, A14. allauth keeps the state
of a round trip and what is linked to whom; what an answer has to be, and whom it lets in, is judged here.
"""
