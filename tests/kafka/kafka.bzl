"""Tests on a real broker, which each starts and stops for itself (tests/kafka/run.sh)."""

load("//tools/bazel:cc.bzl", "afterbell_binary")

def kafka_test(name, srcs, deps, brokers = 1, size = "large", data = [], tags = []):
    """A GoogleTest program that finds the address of a broker in KAFKA.

    Args:
      name: of the test; the program is <name>_program, to be run by hand beside a broker of one's own.
      srcs: of the program.
      deps: of the program.
      brokers: 1 or 3.
      size: of the test. The first one on a machine fetches the broker.
      data: files it reads.
      tags: beside "cpu:2": brokers and tests would wait for each other.
    """
    afterbell_binary(
        name = name + "_program",
        testonly = True,
        srcs = srcs,
        deps = deps + ["//tools/bazel/system:gtest_main"],
    )
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tests/kafka:run.sh"],
        args = [str(brokers), "$(rootpath :{}_program)".format(name)],
        data = [
            ":{}_program".format(name),
            "//infra/kafka:broker",
            "//tools:kafka",
        ] + data,
        tags = ["cpu:2", "broker"] + tags,
    )
