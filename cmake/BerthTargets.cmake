# berth_library(NAME FOLDER path [PARTS subfolder ...] [SOURCES ...] [PUBLIC ...] [PRIVATE ...] [USES folder ...])
#
# One target a folder. USES names the folders whose headers it may include, which are also the targets it may link:
# an include of any other folder of the project is a configure error, so a back edge cannot be built. PARTS are subfolders
# that belong to the same target.
set(BERTH_TARGETS "" CACHE INTERNAL "")

add_library(berth_flags INTERFACE)
add_library(berth::flags ALIAS berth_flags)
# GCC 12 sees overlapping copies in std::string's operator+ where there are none (its bug 105651).
target_compile_options(berth_flags INTERFACE
  $<BUILD_INTERFACE:-Wall;-Wextra;-Wpedantic;-Wshadow;-ffp-contract=off>
  $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>>
  $<BUILD_INTERFACE:$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>>
  $<$<BOOL:${BERTH_WERROR}>:-Werror>)
if(BERTH_SANITIZE)
  # Checks want code that is neither slow nor slow to compile, and line numbers: less optimisation takes four tenths off the build.
  # GCC 12 sees uninitialised values in checked code where there are none, as its manual warns.
  target_compile_options(berth_flags INTERFACE -fsanitize=${BERTH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1
                                               $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
  target_link_options(berth_flags INTERFACE -fsanitize=${BERTH_SANITIZE})
endif()
if(BERTH_COVERAGE)
  # Threads count in the same counters: without atomic updates some end negative, and the report cannot be read.
  target_compile_options(berth_flags INTERFACE --coverage -fprofile-update=atomic -O0 -g0)
  target_link_options(berth_flags INTERFACE --coverage)
endif()

function(berth_check_arrows folder part)
  set(place ${CMAKE_CURRENT_SOURCE_DIR}/${part})
  file(GLOB sources CONFIGURE_DEPENDS ${place}/*.hpp ${place}/*.cpp)
  foreach(source IN LISTS sources)
    file(STRINGS ${source} includes REGEX "^#include \"(models|workloads|compressor|platform)/")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^#include \"(.*)/[^/]*\".*" "\\1" included "${line}")
      if(NOT included IN_LIST ARGN AND NOT included STREQUAL folder)
        message(FATAL_ERROR " ${source} includes ${included}, which ${folder} may not use (see docs/architecture.md)")
      endif()
    endforeach()
  endforeach()
endfunction()

function(berth_library name)
  cmake_parse_arguments(arg "" "FOLDER" "PARTS;SOURCES;PUBLIC;PRIVATE;USES" ${ARGN})
  list(TRANSFORM arg_PARTS PREPEND ${arg_FOLDER}/ OUTPUT_VARIABLE own)
  foreach(part IN LISTS arg_PARTS ITEMS ".")
    berth_check_arrows(${arg_FOLDER} ${part} ${own} ${arg_USES})
  endforeach()
  if(arg_SOURCES)
    add_library(berth_${name} STATIC ${arg_SOURCES})
    target_include_directories(berth_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
                                                    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/berth>)
    target_compile_features(berth_${name} PUBLIC cxx_std_20)
    target_link_libraries(berth_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:berth::flags>)
    set_target_properties(berth_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    if(SystemC::systemc IN_LIST arg_PUBLIC)
      berth_precompile(berth_${name} precompiled_kernel)
    elseif(NOT OpenMP::OpenMP_CXX IN_LIST arg_PRIVATE)
      berth_precompile(berth_${name} precompiled)
    endif()
  else()
    add_library(berth_${name} INTERFACE)
    target_include_directories(berth_${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/berth>)
    target_link_libraries(berth_${name} INTERFACE ${arg_PUBLIC})
  endif()
  set_target_properties(berth_${name} PROPERTIES EXPORT_NAME ${name})
  add_library(berth::${name} ALIAS berth_${name})
  set(BERTH_TARGETS ${BERTH_TARGETS} berth_${name} CACHE INTERNAL "")
endfunction()
