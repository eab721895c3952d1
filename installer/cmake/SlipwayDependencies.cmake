# Everything the project uses from the distribution. installer/packages/run lists the Debian packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW) # Boost's own package files
endif()
find_package(Boost 1.83 REQUIRED COMPONENTS json)
find_package(SQLite3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Qt6 6.8 REQUIRED COMPONENTS Core Network Gui Widgets Charts Svg Test LinguistTools)
find_package(KF6SyntaxHighlighting REQUIRED)
find_package(qtermwidget6 REQUIRED)
# Its own file names a development library (utf8proc) that its package does not bring and its users do not need.
set_property(TARGET qtermwidget6 PROPERTY INTERFACE_LINK_LIBRARIES Qt6::Widgets)
# Not through pkg-config, which takes 40 s to walk gRPC's tree of requirements.
find_library(GRPCPP_UNSECURE grpc++_unsecure REQUIRED)
find_library(GRPC_UNSECURE grpc_unsecure REQUIRED)
find_library(GRPCPP grpc++ REQUIRED) # with TLS, for etcd
find_library(GRPC grpc REQUIRED)
find_library(GPR gpr REQUIRED)
find_package(absl REQUIRED CONFIG) # gRPC headers use its mutexes
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(NFTABLES REQUIRED IMPORTED_TARGET libnftables)
pkg_check_modules(LDNS REQUIRED IMPORTED_TARGET ldns)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(LIBVIRT REQUIRED IMPORTED_TARGET libvirt libvirt-qemu)
