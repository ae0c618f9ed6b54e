# Builds that check parse the libraries' headers once for all files: that is a third of their time. The release build parses them anew in
# each file, so that one which forgets an include does not compile there.
option(BERTH_PRECOMPILED "Parse the libraries' headers once for all files" OFF)

set(BERTH_PRECOMPILED_HEADERS
    <algorithm> <array> <bit> <charconv> <cmath> <cstddef> <cstdint> <cstring> <filesystem> <functional> <iostream> <limits> <map> <memory>
    <numeric> <optional> <random> <set> <span> <stdexcept> <string> <string_view> <tuple> <unordered_map> <utility> <vector>
    <boost/iostreams/device/mapped_file.hpp> <boost/json.hpp> <fmt/format.h>)
# Behind a precompiled header GCC 12 forgets that it does not optimise, and would take the intrinsics in the form for optimised code.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND BERTH_PRECOMPILED_HEADERS <immintrin.h>)
endif()
set(BERTH_PRECOMPILED_KERNEL <systemc> <tlm> <tlm_utils/simple_initiator_socket.h> <tlm_utils/simple_target_socket.h>)
set(BERTH_PRECOMPILED_TESTS <gtest/gtest.h> <rapidcheck/gtest.h>)

# berth_precompiled(NAME HEADERS ... LINK ...): parses them. Who shares what it parsed has the same definitions, hence links the same.
function(berth_precompiled name)
  cmake_parse_arguments(arg "" "" "HEADERS;LINK" ${ARGN})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${name}.cpp CONTENT "\n")
  add_library(berth_${name}_link INTERFACE)
  target_link_libraries(berth_${name}_link INTERFACE Boost::json Boost::iostreams fmt::fmt ${arg_LINK} berth::flags)
  target_compile_features(berth_${name}_link INTERFACE cxx_std_20)
  add_library(berth_${name} OBJECT ${PROJECT_BINARY_DIR}/generated/${name}.cpp)
  target_link_libraries(berth_${name} PRIVATE berth_${name}_link)
  target_precompile_headers(berth_${name} PRIVATE ${BERTH_PRECOMPILED_HEADERS} ${arg_HEADERS})
endfunction()

# berth_precompile(TARGET NAME): the files of the target begin with what NAME parsed.
function(berth_precompile target name)
  if(BERTH_PRECOMPILED)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:berth_${name}_link>)
    target_precompile_headers(${target} REUSE_FROM berth_${name})
  endif()
endfunction()

if(BERTH_PRECOMPILED)
  berth_precompiled(precompiled)
  berth_precompiled(precompiled_kernel HEADERS ${BERTH_PRECOMPILED_KERNEL} LINK SystemC::systemc)
  set_target_properties(berth_precompiled berth_precompiled_kernel PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(BERTH_TESTS)
    berth_precompiled(precompiled_tests HEADERS ${BERTH_PRECOMPILED_TESTS} LINK GTest::gtest rapidcheck)
    berth_precompiled(precompiled_kernel_tests HEADERS ${BERTH_PRECOMPILED_KERNEL} ${BERTH_PRECOMPILED_TESTS}
                      LINK SystemC::systemc GTest::gtest rapidcheck)
  endif()
endif()
