"""One wrapped rule each for library, domain library, program and test.

A domain library is compiled with pure.h in front of every file: it poisons the names of
clocks, dice, files, databases and networks, so a rule that reaches for one does not compile.
"""

COPTS = [
    "-std=c++20",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-sign-compare",
    "-Wno-missing-field-initializers",
]

PURE = "//services/platform/decider:pure.h"

def afterbell_library(name, **kwargs):
    native.cc_library(name = name, copts = COPTS + kwargs.pop("copts", []), **kwargs)

def domain_library(name, deps = [], **kwargs):
    native.cc_library(
        name = name,
        copts = COPTS + ["-include", "services/platform/decider/pure.h"],
        deps = deps + ["//services/platform/decider"],
        **kwargs
    )

def afterbell_binary(name, **kwargs):
    native.cc_binary(name = name, copts = COPTS + kwargs.pop("copts", []), **kwargs)

def afterbell_test(name, deps = [], size = "small", main = True, **kwargs):
    native.cc_test(
        name = name,
        copts = COPTS + kwargs.pop("copts", []),
        size = size,
        deps = deps + ["//tools/bazel/system:gtest" + ("_main" if main else "")],
        **kwargs
    )
