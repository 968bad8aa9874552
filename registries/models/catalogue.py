"""
The catalogue of preconfigured containers: public images that every team may use as they are. Support staff keep it.

Source: product page, section 7. It belongs to no team, so nothing of a team stands in it.
"""

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from console.languages import said
from registries import formats
from registries.distribution import InvalidReference, Reference
from registries.flavors import ANYWHERE, flavor_of
from registries.flavors.base import Flavor
from registries.pasted.image import bare, read_image
from registries.resolution.hosts import canonical_host
from registries.specs.images import place


def check_reference(text: str) -> None:
    """Refuse what names no image, in a sentence that says why."""
    try:
        read_image(text)
    except InvalidReference as error:
        raise ValidationError(said(error.args[0]), code="invalid_reference") from None


class ContainerQuerySet(models.QuerySet["Container"]):
    def shown(self) -> "ContainerQuerySet":
        """Keep those that teams see, in the order that support staff gave them."""
        return self.filter(hidden=False).order_by("order", Lower("name"))

    def known(self) -> dict[str, str]:
        """
        Return what each image is called, by its reference without a tag: `docker.io/tensorflow/tensorflow`. One query.

        Hidden ones are known too: they are only not offered any more, and files that use them stay right. Where several
        have the same image, the first that is shown gives the name.
        """
        known: dict[str, str] = {}
        for container in self.order_by("hidden", "order", Lower("name")).only("name", "reference"):
            known.setdefault(container.address, container.name)
        return known


class Container(models.Model):
    """A public image that is ready to use. It needs no connection: `image` alone stands in a workload file."""

    name = models.CharField(
        max_length=100, unique=True, error_messages={"unique": _("Another container has this name. Choose another one.")}
    )
    reference = models.CharField(
        max_length=800,
        validators=[check_reference],
        help_text=_("A public image with its tag, as people write it: tensorflow/tensorflow:2.7.0-gpu-jupyter."),
    )
    framework = models.CharField(max_length=60, blank=True, help_text=_("With its version, such as TensorFlow 2.7."))
    contents = models.TextField(
        pgettext_lazy("column", "what is inside"), max_length=300, help_text=_("One or two sentences.")
    )
    order = models.PositiveIntegerField(default=0, help_text=_("Small numbers come first."))
    hidden = models.BooleanField(
        default=False,
        help_text=_("Not offered to teams. The spec checker goes on knowing the image, so that files stay right."),
    )

    objects = ContainerQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("preconfigured container")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it. Raises InvalidReference where it names no image: pages and the spec checker rely on every row."""
        Reference.parse(self.reference)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Leave out what was copied along with the reference: a command, a scheme, quotes. The rest stays as written."""
        with suppress(InvalidReference):  # Its own validator says so.
            self.reference = bare(self.reference)

    @property
    def parsed(self) -> Reference:
        return Reference.parse(self.reference)

    @property
    def address(self) -> str:
        """The image without its tag, with its host in the one spelling: `docker.io/tensorflow/tensorflow`."""
        return place(self.parsed)

    @property
    def flavor_class(self) -> type[Flavor]:
        """The kind of registry that serves it, for its logo."""
        return flavor_of(canonical_host(self.parsed.host)) or ANYWHERE

    @property
    def written(self) -> str:
        """The reference as it stands behind `image: ` in a file, in quotes where YAML would take it for something else."""
        return formats.as_yaml({"image": self.reference}).removeprefix("image: ").rstrip("\n")

    @property
    def doubt(self) -> str:
        """What is to be said of its reference in one sentence, "" where nothing is."""
        if self.parsed.target != "latest":
            return ""
        return gettext(
            "Its tag is missing or latest, so what is pulled changes without notice, and the spec checker warns of it."
        )
