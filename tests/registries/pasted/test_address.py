"""Addresses of registries, as configurations and commands write them."""

import pytest

from registries.pasted.address import address_of

ADDRESSES = {
    "ghcr.io": ("ghcr.io", ""),
    " GHCR.io ": ("ghcr.io", ""),
    "https://ghcr.io/": ("ghcr.io", ""),
    "http://registry.example.com:80": ("registry.example.com", ""),
    "registry.example.com:443": ("registry.example.com", ""),
    "registry.example.com:5000": ("registry.example.com:5000", ""),
    "oci://ghcr.io/acme": ("ghcr.io", "acme"),
    "https://ghcr.io/v1/": ("ghcr.io", ""),
    "https://ghcr.io/v2/acme/web": ("ghcr.io", "acme/web"),
    "https://art.example.com/artifactory/api/docker/repo/v2/": ("art.example.com", "artifactory/api/docker/repo"),
    "docker.io": ("docker.io", ""),
    "index.docker.io": ("docker.io", ""),
    "https://index.docker.io/v1/": ("docker.io", ""),
    "registry-1.docker.io/v2/": ("docker.io", ""),
    "docker.io/acme": ("docker.io", "acme"),
    "https://ghcr.io/v2/_catalog": ("ghcr.io", ""),
    "127.0.0.1:5000": ("127.0.0.1:5000", ""),
    "[::1]:5000/acme": ("[::1]:5000", "acme"),
    "docker.io.evil.example": ("docker.io.evil.example", ""),
    "": ("", ""),
    "intranet": ("", ""),
    "*.example.com": ("", ""),
    "ghcr.io:99999": ("", ""),
    "user@ghcr.io": ("", ""),
    "ghcr.io\nevil.example": ("", ""),
    "ghcr.iо": ("", ""),
    "a" * 5000 + ".example": ("", ""),
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_becomes_a_host_and_a_path(text: str) -> None:
    assert address_of(text) == ADDRESSES[text]
