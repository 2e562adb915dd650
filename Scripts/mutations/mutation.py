"""What a mutation is: one small bug, where it goes, and which tests must notice it."""

from dataclasses import dataclass

KERNELS = "Sources/CCUDA/kernels"


@dataclass(frozen=True)
class Mutation:
    name: str
    # What sort of mistake it is, in words that the table of results repeats.
    kind: str
    # Below the package's folder; KERNELS/… for kernels.
    file: str
    # Occurs exactly once in the file, and in kernels exactly once in all of them.
    old: str
    new: str
    # Test classes or single tests, as XCTest names them: `ComputeTests.ComputeBackendNormsTests/testRMSNorm`.
    tests: tuple[str, ...]
    # The emulator's orders of threads and blocks that are tried, until one shows the mistake.
    orders: tuple[str, ...] = ("forward",)
    # Why no test without a GPU can notice it; empty where one must.
    hidden: str = ""

    @property
    def is_kernel(self) -> bool:
        return self.file.startswith(KERNELS)


def kernel(name, kind, file, old, new, *tests, **more) -> Mutation:
    return Mutation(name, kind, f"{KERNELS}/{file}", old, new, tests, **more)


def host(name, kind, file, old, new, *tests, **more) -> Mutation:
    return Mutation(name, kind, f"Sources/{file}", old, new, tests, **more)
