"""Protobuf and gRPC libraries, generated at build time by Debian's protoc.

Each .proto is a library of its own, so that a file that needs events does not wait for
the RPC surface to compile. gRPC code is generated only where grpc = True.
"""

# Not sanitised: it costs several times the compiling and finds nothing there.
_GENERATED = ["-std=c++20", "-w"] + select({
    "@afterbell//tools/bazel/system:sanitized": ["-fno-sanitize=all"],
    "//conditions:default": [],
})

def afterbell_proto(name, src, deps = [], grpc = False, visibility = ["//visibility:public"]):
    """proto/afterbell/<dir>/<src> as a C++ library with include path afterbell/<dir>/<stem>.pb.h.

    Args:
      name: the library; the .proto files it needs travel as <name>_src.
      src: the .proto file, in this package.
      deps: other afterbell_proto libraries.
      grpc: also generate the service code, as <name>_grpc.
      visibility: of the library.
    """
    stem = src[:-len(".proto")]
    native.filegroup(
        name = name + "_src",
        srcs = [src] + [_src(d) for d in deps],
        visibility = ["//visibility:public"],
    )
    native.genrule(
        name = name + "_gen",
        srcs = [":" + name + "_src"],
        outs = [stem + ".pb.h", stem + ".pb.cc"],
        cmd = "/usr/bin/protoc -Iproto -I/usr/include --cpp_out=$(GENDIR)/proto $(location {})".format(src),
        tools = [src],
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        strip_include_prefix = "/proto",
        copts = _GENERATED,
        deps = deps + ["//tools/bazel/system:protobuf"],
        visibility = visibility,
    )
    if grpc:
        native.genrule(
            name = name + "_grpc_gen",
            srcs = [":" + name + "_src"],
            outs = [stem + ".grpc.pb.h", stem + ".grpc.pb.cc"],
            cmd = ("/usr/bin/protoc -Iproto -I/usr/include --grpc_out=$(GENDIR)/proto " +
                   "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin $(location {})").format(src),
            tools = [src],
        )
        native.cc_library(
            name = name + "_grpc",
            srcs = [stem + ".grpc.pb.cc"],
            hdrs = [stem + ".grpc.pb.h"],
            strip_include_prefix = "/proto",
            copts = _GENERATED,
            deps = [":" + name, "//tools/bazel/system:grpc"],
            visibility = visibility,
        )

def _src(label):
    if ":" in label:
        return label + "_src"
    return label + ":" + label.split("/")[-1] + "_src"

def google_rpc_library(name, protos):
    """google/rpc/*.proto of the pinned googleapis package, include path google/rpc/<x>.pb.h."""
    for p in protos:
        native.genrule(
            name = p + "_gen",
            srcs = ["google/rpc/{}.proto".format(p)],
            outs = ["google/rpc/{}.pb.h".format(p), "google/rpc/{}.pb.cc".format(p)],
            cmd = "/usr/bin/protoc -Iexternal/googleapis -I/usr/include --cpp_out=$(RULEDIR) $<",
        )
    native.cc_library(
        name = name,
        srcs = ["google/rpc/{}.pb.cc".format(p) for p in protos],
        hdrs = ["google/rpc/{}.pb.h".format(p) for p in protos],
        includes = ["."],
        copts = _GENERATED,
        deps = ["@afterbell//tools/bazel/system:protobuf"],
        visibility = ["//visibility:public"],
    )

def state_proto(name, src, deps = [], visibility = ["//visibility:private"]):
    """Rows of one service, beside its rules: services/<s>/domain/<s>_state.proto.

    Not part of proto/: nobody else reads them, and with another shape they are rebuilt from the log.
    """
    stem = src[:-len(".proto")]
    native.filegroup(name = name + "_src", srcs = [src] + [_src(d) for d in deps])
    native.genrule(
        name = name + "_gen",
        srcs = [":" + name + "_src"],
        outs = [stem + ".pb.h", stem + ".pb.cc"],
        cmd = "/usr/bin/protoc -I. -Iproto -I/usr/include --cpp_out=$(GENDIR) $(location {})".format(src),
        tools = [src],
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        copts = _GENERATED,
        deps = deps + ["//tools/bazel/system:protobuf"],
        visibility = visibility,
    )
