"""
Where the registries of AWS are: partitions, regions, and the addresses that follow from them.

Source: reference page, sections 3.0 (hosts and regions) and 3.6. An address is read as a whole or not at all, and its end
has to be the one of its region's partition.
"""

import re
from dataclasses import dataclass
from typing import Self

PUBLIC = "public.ecr.aws"
PUBLIC_HOSTS = (PUBLIC, "ecr-public.aws.com")
PUBLIC_REGION = "us-east-1"  # where passwords for ECR Public are taken from
REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
    "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "cn-north-1", "cn-northwest-1", "us-gov-east-1",
    "us-gov-west-1", "eusc-de-east-1",
)  # fmt: skip
"""The regions that are known; others that look like one work all the same."""


@dataclass(frozen=True)
class Partition:
    """A part of AWS that is apart from the others: how its regions begin, and how addresses in it end."""

    regions: str
    suffix: str
    dual_stack_suffix: str = ""

    def has(self, region: str) -> bool:
        return bool(re.fullmatch(rf"(?:{self.regions})-[a-z0-9]{{1,20}}-[0-9]{{1,2}}", region, re.ASCII))


_PARTITIONS = (
    Partition("us|eu|ap|sa|ca|me|af|il|mx", "amazonaws.com", "on.aws"),
    Partition("us-gov", "amazonaws.com", "on.aws"),
    Partition("cn", "amazonaws.com.cn", "on.amazonwebservices.com.cn"),
    Partition("eusc-de", "amazonaws.eu"),
    Partition("us-iso", "c2s.ic.gov"),
    Partition("us-isob", "sc2s.sgov.gov"),
    Partition("eu-isoe", "cloud.adc-e.uk"),
    Partition("us-isof", "csp.hci.ic.gov"),
)
_ADDRESS = re.compile(
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9-]{5,40})\.(?P<suffix>[a-z0-9.-]{5,40})",
    re.ASCII,
)


def partition_of(region: str) -> Partition | None:
    """Return the partition that a region, in lower case, belongs to, or None where it is no region."""
    return next((partition for partition in _PARTITIONS if partition.has(region)), None)


def usual_address(account: str, region: str) -> str:
    """Return the address of an account's registry in a region: neither FIPS nor dual-stack."""
    partition = partition_of(region)
    return f"{account}.dkr.ecr.{region}.{partition.suffix if partition else _PARTITIONS[0].suffix}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which of AWS's endpoints to ask: botocore derives them from this. `public` is ECR Public."""

    region: str
    public: bool = False
    fips: bool = False
    dual_stack: bool = False


@dataclass(frozen=True, kw_only=True)
class Address:
    """A private registry's address, and what it tells."""

    host: str
    account: str
    place: Place

    @classmethod
    def read(cls, host: str) -> Self | None:
        """Read a host in lower case; None where it is no private registry of AWS."""
        parts = _ADDRESS.fullmatch(host)
        partition = partition_of(parts["region"]) if parts else None
        if not parts or not partition or parts["suffix"] not in (partition.suffix, partition.dual_stack_suffix):
            return None
        dual_stack = parts["suffix"] == partition.dual_stack_suffix
        place = Place(region=parts["region"], fips=bool(parts["fips"]), dual_stack=dual_stack)
        return cls(host=host, account=parts["account"], place=place)

    @property
    def is_usual(self) -> bool:
        """Whether it follows from the account and the region alone."""
        return self.host == usual_address(self.account, self.place.region)
