# The two shapes of target the project has. Every folder of code is one library, whose name is
# slipway_<folder>; what it may use stands in its DEPENDS, and tests/architecture checks it against
# the graph drawn in ARCHITECTURE.md.

add_library(slipway_options INTERFACE)
target_compile_options(slipway_options INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers
  -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread) # GCC 14 gives these wrongly where strings are joined
target_include_directories(slipway_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
# One set of definitions, for the precompiled headers; and what these say is compiled elsewhere.
target_link_libraries(slipway_options INTERFACE Boost::json slipway_format)
target_link_options(slipway_options INTERFACE LINKER:--as-needed)
option(SLIPWAY_ASAN "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(SLIPWAY_ASAN)
  target_compile_options(slipway_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(slipway_options INTERFACE -fsanitize=address,undefined)
endif()

# What nearly every file includes, compiled once (installer/cmake/precompiled). Programs are compiled like libraries (-fPIC), so that
# one set of precompiled headers serves both.
function(slipway_precompiled_headers)
  set(folder installer/cmake/precompiled) # not the whole path: then the compile cache serves every checkout
  add_library(slipway_precompiled STATIC ${CMAKE_SOURCE_DIR}/${folder}/library.cpp)
  target_link_libraries(slipway_precompiled PRIVATE slipway_options)
  target_precompile_headers(slipway_precompiled PRIVATE <${folder}/common.h>)
  add_library(slipway_precompiled_window STATIC ${CMAKE_SOURCE_DIR}/${folder}/library.cpp)
  target_link_libraries(slipway_precompiled_window PRIVATE slipway_options Qt6::Widgets)
  target_precompile_headers(slipway_precompiled_window PRIVATE <${folder}/window.h>)
endfunction()

# slipway_batches(<target> <file>...): where CMAKE_UNITY_BUILD is on, files that follow each other are compiled together, as many
# as one compiler process should take. What they include, and the precompiled headers, is then read once a batch, which is
# most of what a first build costs. Files that are written during the build stay alone, and those with options of their own.
# From half the bytes on a batch ends at the next name that says so (a quarter of them do), and it is called after its first
# file: a file that grows or comes new changes its neighbours' batches, but not all that follow, which the compile cache has.
set(SLIPWAY_BATCH_BYTES 100000 CACHE STRING "How much source one compiler process takes at once, at most")
function(slipway_batches target)
  if(NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  # A type of a .cpp file that holds one of an unnamed namespace is no header's type, though it is included.
  target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  math(EXPR enough "${SLIPWAY_BATCH_BYTES} / 2")
  set(filled ${SLIPWAY_BATCH_BYTES})
  foreach(source ${ARGN})
    get_filename_component(path ${source} ABSOLUTE)
    if(NOT path MATCHES "\\.cpp$" OR NOT EXISTS ${path} OR path MATCHES "^${CMAKE_BINARY_DIR}/")
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      continue()
    endif()
    file(SIZE ${path} bytes)
    file(STRINGS ${path} costly REGEX "co_await|asio::|beast::|grpc::" LIMIT_COUNT 1)
    if(costly)
      math(EXPR bytes "20000 + 3 * ${bytes}") # each brings its own share of those libraries, and takes memory for it
    endif()
    math(EXPR filled "${filled} + ${bytes}")
    string(MD5 hash ${source})
    if(filled GREATER SLIPWAY_BATCH_BYTES OR (filled GREATER enough AND hash MATCHES "^[0-3]"))
      string(MAKE_C_IDENTIFIER ${source} batch)
      set(filled ${bytes})
    endif()
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${batch})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# slipway_library(<folder> SOURCES <file>... [DEPENDS <folder>...] [USES <third-party target>...]
#                 [PUBLIC_USES <third-party target>...] [QT])
# DEPENDS are folders of this project (public); USES stay private to the .cpp files.
function(slipway_library name)
  cmake_parse_arguments(ARG "QT" "" "SOURCES;DEPENDS;USES;PUBLIC_USES" ${ARGN})
  add_library(slipway_${name} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND slipway_)
  target_link_libraries(slipway_${name} PUBLIC slipway_options ${ARG_DEPENDS} ${ARG_PUBLIC_USES} PRIVATE ${ARG_USES})
  slipway_batches(slipway_${name} ${ARG_SOURCES})
  if(ARG_QT)
    set_target_properties(slipway_${name} PROPERTIES AUTOMOC ON AUTORCC ON)
    target_precompile_headers(slipway_${name} REUSE_FROM slipway_precompiled_window)
  else()
    target_precompile_headers(slipway_${name} REUSE_FROM slipway_precompiled)
  endif()
endfunction()

# slipway_program(<output name> SOURCES <file>... DEPENDS <folder>... [USES <third-party target>...] [QT])
function(slipway_program name)
  cmake_parse_arguments(ARG "QT" "" "SOURCES;DEPENDS;USES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND slipway_)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} ${ARG_USES})
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM slipway_precompiled)
  slipway_batches(${name} ${ARG_SOURCES})
  if(ARG_QT)
    set_target_properties(${name} PROPERTIES AUTOMOC ON AUTORCC ON)
  endif()
endfunction()

# slipway_moc(<target> <file>...): the meta objects of test classes, which stand in the .cpp file itself, X.cpp, which ends by
# including "X.moc". AUTOMOC would add an object of its own, empty, to every test.
function(slipway_moc target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_moc)
  foreach(source ${ARGN})
    get_filename_component(name ${source} NAME_WE)
    file(STRINGS ${source} included REGEX "^#include \"${name}\\.moc\"")
    if(included)
      qt_generate_moc(${source} ${folder}/${name}.moc)
      target_sources(${target} PRIVATE ${folder}/${name}.moc)
    endif()
  endforeach()
  target_include_directories(${target} PRIVATE ${folder})
endfunction()

# slipway_test(<name> SOURCES <file>... DEPENDS <folder>... [USES ...] [LABELS ...] [LOCK <resource>])
# One Qt Test program, run by ctest. LOCK names what it shares with others (for instance "cluster"),
# so that ctest does not run the two at once.
function(slipway_test name)
  cmake_parse_arguments(ARG "" "LOCK;TIMEOUT" "SOURCES;DEPENDS;USES;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  set_target_properties(test_${name} PROPERTIES UNITY_BUILD OFF RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  slipway_moc(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND slipway_)
  target_link_libraries(test_${name} PRIVATE slipway_options ${ARG_DEPENDS} ${ARG_USES} test_places Qt6::Test)
  target_compile_options(test_${name} PRIVATE -fPIC)
  target_precompile_headers(test_${name} REUSE_FROM slipway_precompiled)
  add_test(NAME ${name} COMMAND test_${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
  if(ARG_LOCK)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK ${ARG_LOCK})
  endif()
endfunction()

# The parts of header-only libraries that can be compiled once instead of in every user (installer/cmake/separate):
# slipway_asio (Asio with TLS, and Beast), slipway_cli11, and slipway_format (what std::format calls).
function(slipway_separate name)
  cmake_parse_arguments(ARG "" "" "DEFINITIONS;USES" ${ARGN})
  add_library(slipway_${name} STATIC EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/installer/cmake/separate/${name}.cpp)
  target_compile_definitions(slipway_${name} PUBLIC ${ARG_DEFINITIONS})
  target_compile_options(slipway_${name} PRIVATE -w)
  target_link_libraries(slipway_${name} PUBLIC ${ARG_USES})
endfunction()
function(slipway_separate_compilation)
  slipway_separate(asio DEFINITIONS BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                   USES Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
  slipway_separate(format)
  slipway_separate(cli11 DEFINITIONS CLI11_COMPILE USES CLI11::CLI11)
endfunction()
