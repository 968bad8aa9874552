"""The catalogue of preconfigured containers, as support staff keep it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.db.models import Max
from django.forms import ModelForm
from django.http import HttpRequest

from console.admin import ForStaff
from registries.models import Container


@admin.register(Container)
class ContainerAdmin(ForStaff, admin.ModelAdmin):
    """
    The catalogue: all of staff look at it, and those change it who have Django's own rights for that, as superusers do.

    Every change is in the admin's log, with who made it.
    """

    allowed_lookups = frozenset({"hidden__exact"})
    list_display = ("name", "reference", "framework", "order", "hidden")
    list_editable = ("order", "hidden")
    list_filter = ("hidden",)
    search_fields = ("name", "reference", "framework", "contents")
    ordering = ("order", "name")
    fields = ("name", "reference", "framework", "contents", "order", "hidden")
    formfield_overrides = {
        models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Put a new one behind the others."""
        last = Container.objects.aggregate(last=Max("order"))["last"] or 0
        return {"order": last + 10} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Container, form: ModelForm, change: bool) -> None:
        """Save it, and say what is doubtful about a reference that was just typed."""
        super().save_model(request, obj, form, change)
        if "reference" in form.changed_data and obj.doubt:
            self.message_user(request, obj.doubt, messages.WARNING)
