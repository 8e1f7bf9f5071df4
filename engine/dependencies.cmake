# Everything that is not ours: from the system's packages where it has them, otherwise fetched at a
# pinned release and checked against its hash. docs/dependencies.md gives the reason for each.
#
# A fetched release is unpacked under the build folder (_deps) and built with it. Targets have the
# same names either way, so nothing below this file knows the difference.
include(FetchContent)
find_package(Threads REQUIRED)
find_package(PkgConfig)
set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # some pinned releases ask for less than CMake 4 still grants

# Their options must not show up as warnings or build more than the library.
set(FETCHCONTENT_QUIET ON)
foreach(off IN ITEMS BUILD_SHARED_LIBS FMT_INSTALL FMT_TEST FMT_DOC JSON_BuildTests JSON_Install
                     ZLIB_BUILD_EXAMPLES SKIP_INSTALL_ALL LZ4_BUILD_CLI LZ4_BUILD_LEGACY_LZ4C
                     ZSTD_BUILD_PROGRAMS ZSTD_BUILD_SHARED ZSTD_BUILD_TESTS SNAPPY_BUILD_TESTS
                     SNAPPY_BUILD_BENCHMARKS SNAPPY_INSTALL CATCH_INSTALL_DOCS CATCH_INSTALL_EXTRAS
                     GLFW_BUILD_EXAMPLES GLFW_BUILD_TESTS GLFW_BUILD_DOCS GLFW_INSTALL
                     GLFW_BUILD_WAYLAND)
  set(${off} OFF)
endforeach()
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # options of theirs take the values set above

# kscope_fetch(NAME URL SHA256 [declare options…]): the release, unpacked and added to the build.
function(kscope_fetch name url sha256)
  message(STATUS "${name} is not installed here; taking ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256}
                       DOWNLOAD_EXTRACT_TIMESTAMP TRUE SYSTEM ${ARGN})
  FetchContent_MakeAvailable(${name})
  string(TOLOWER ${name} lower)
  set(${lower}_SOURCE_DIR ${${lower}_SOURCE_DIR} PARENT_SCOPE)
  set(${lower}_BINARY_DIR ${${lower}_BINARY_DIR} PARENT_SCOPE)
endfunction()

# kscope_find_or_fetch(NAME URL SHA256 ARGS…): for packages whose own build makes the same targets as
# their installation does.
function(kscope_find_or_fetch name url sha256)
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256}
                       DOWNLOAD_EXTRACT_TIMESTAMP TRUE SYSTEM FIND_PACKAGE_ARGS ${ARGN})
  FetchContent_MakeAvailable(${name})
  if(NOT ${name}_FOUND)
    message(STATUS "${name} is not installed here; took ${url}")
  endif()
endfunction()

# kscope_from_pkg_config(TARGET MODULE): defines TARGET if pkg-config knows MODULE.
function(kscope_from_pkg_config target module)
  if(PkgConfig_FOUND)
    pkg_check_modules(${target}_pc QUIET IMPORTED_TARGET ${module})
    if(${target}_pc_FOUND)
      add_library(${target} INTERFACE)
      target_link_libraries(${target} INTERFACE PkgConfig::${target}_pc)
    endif()
  endif()
endfunction()

# ---- text and JSON ----------------------------------------------------------------------------
kscope_find_or_fetch(fmt https://github.com/fmtlib/fmt/releases/download/11.2.0/fmt-11.2.0.zip
  203eb4e8aa0d746c62d8f903df58e0419e3751591bb53ff971096eaa0ebd4ec3)
kscope_find_or_fetch(nlohmann_json https://github.com/nlohmann/json/archive/v3.11.3.tar.gz
  0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406 3.10)

# ---- the command line (viewer/cli only) -------------------------------------------------------
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp)
if(NOT CLI11_INCLUDE_DIR)
  kscope_fetch(cli11 https://github.com/CLIUtils/CLI11/archive/v2.4.2.tar.gz
    f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a SOURCE_SUBDIR headers-only)
  set(CLI11_INCLUDE_DIR ${cli11_SOURCE_DIR}/include)
endif()
add_library(kscope_cli11 INTERFACE)
target_include_directories(kscope_cli11 SYSTEM INTERFACE ${CLI11_INCLUDE_DIR})

# ---- compression ------------------------------------------------------------------------------
find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  kscope_fetch(zlib https://github.com/madler/zlib/releases/download/v1.3.1/zlib-1.3.1.tar.gz
    9a93b2b7dfdac77ceba5a558a580e74667dd6fede4585b91eefb60f03b72df23)
  target_include_directories(zlibstatic SYSTEM INTERFACE ${zlib_SOURCE_DIR} ${zlib_BINARY_DIR})
  add_library(ZLIB::ZLIB ALIAS zlibstatic)
endif()

kscope_from_pkg_config(kscope_lz4 liblz4)
if(NOT TARGET kscope_lz4)
  kscope_fetch(lz4 https://github.com/lz4/lz4/archive/v1.10.0.tar.gz
    537512904744b35e232912055ccf8ec66d768639ff3abe5788d90d792ec5f48b SOURCE_SUBDIR build/cmake)
  add_library(kscope_lz4 INTERFACE)
  target_link_libraries(kscope_lz4 INTERFACE lz4_static)
  target_include_directories(kscope_lz4 SYSTEM INTERFACE ${lz4_SOURCE_DIR}/lib)
endif()

kscope_from_pkg_config(kscope_zstd libzstd)
if(NOT TARGET kscope_zstd)
  kscope_fetch(zstd https://github.com/facebook/zstd/releases/download/v1.5.6/zstd-1.5.6.tar.gz
    8c29e06cf42aacc1eafc4077ae2ec6c6fcb96a626157e0593d5e82a34fd403c1 SOURCE_SUBDIR build/cmake)
  add_library(kscope_zstd INTERFACE)
  target_link_libraries(kscope_zstd INTERFACE libzstd_static)
  target_include_directories(kscope_zstd SYSTEM INTERFACE ${zstd_SOURCE_DIR}/lib)
endif()

find_package(Snappy QUIET)
if(NOT Snappy_FOUND)
  kscope_fetch(Snappy https://github.com/google/snappy/archive/1.2.1.tar.gz
    736aeb64d86566d2236ddffa2865ee5d7a82d26c9016b36218fcc27ea4f09f86)
  add_library(Snappy::snappy ALIAS snappy)
endif()

# ---- sockets (engine/live only) ---------------------------------------------------------------
find_path(ASIO_INCLUDE_DIR asio.hpp)
if(NOT ASIO_INCLUDE_DIR)
  kscope_fetch(asio https://github.com/chriskohlhoff/asio/archive/asio-1-30-2.tar.gz
    755bd7f85a4b269c67ae0ea254907c078d408cce8e1a352ad2ed664d233780e8 SOURCE_SUBDIR headers-only)
  set(ASIO_INCLUDE_DIR ${asio_SOURCE_DIR}/asio/include)
endif()
add_library(kscope_asio INTERFACE)
target_include_directories(kscope_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
target_compile_definitions(kscope_asio INTERFACE ASIO_STANDALONE)
target_link_libraries(kscope_asio INTERFACE Threads::Threads)

# ---- window, widgets, pictures (viewer only) --------------------------------------------------
if(KSCOPE_VIEWER)
  include(viewer/dependencies.cmake)
endif()

# ---- tests ------------------------------------------------------------------------------------
if(KSCOPE_TESTS)
  kscope_find_or_fetch(Catch2
    https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz
    c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c)
  # Version 2 is one header and brings main() through a macro; version 3 is a library with a main().
  if(NOT TARGET Catch2::Catch2WithMain)
    add_library(kscope_catch INTERFACE)
    target_link_libraries(kscope_catch INTERFACE Catch2::Catch2)
  else()
    add_library(kscope_catch INTERFACE)
    target_link_libraries(kscope_catch INTERFACE Catch2::Catch2WithMain)
  endif()
endif()
