"""Who reads a producer's events: the declarations beside its protos, and the test that holds the events to them."""

load("//tools/bazel:cc.bzl", "afterbell_test")

def event_consumers(producer, event):
    """In proto/afterbell/<producer>/v1: filegroup `consumers` and test `consumers_test`.

    Args:
      producer: the service, "enrollment".
      event: the message around its event oneof, "EnrollmentEvent".
    """
    native.filegroup(
        name = "consumers",
        srcs = native.glob(["consumers/*.textproto"], allow_empty = True),
        visibility = ["//visibility:public"],
    )
    afterbell_test(
        name = "consumers_test",
        srcs = ["//proto/consumers:contract_test.cc"],
        data = [":consumers"],
        local_defines = [
            'PRODUCER=\\"{}\\"'.format(producer),
            'EVENTS_HEADER=\\"afterbell/{0}/v1/{0}_events.pb.h\\"'.format(producer),
            "EVENT=afterbell::{}::v1::{}".format(producer, event),
        ],
        deps = [
            ":events",
            "//proto/consumers:declared",
        ],
    )
