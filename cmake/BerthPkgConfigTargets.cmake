# Debian ships these with pkg-config files alone.
pkg_check_modules(utf8proc QUIET IMPORTED_TARGET libutf8proc)
if(NOT utf8proc_FOUND)
  message(FATAL_ERROR " Berth needs utf8proc: apt-get install libutf8proc-dev (or run scripts/setup.sh)")
endif()

pkg_check_modules(zstd QUIET IMPORTED_TARGET libzstd)
if(NOT zstd_FOUND)
  message(FATAL_ERROR " Berth needs zstd: apt-get install libzstd-dev (or run scripts/setup.sh)")
endif()

pkg_check_modules(sqlite3 QUIET IMPORTED_TARGET sqlite3)
if(NOT sqlite3_FOUND)
  message(FATAL_ERROR " Berth needs SQLite: apt-get install libsqlite3-dev (or run scripts/setup.sh)")
endif()

pkg_check_modules(systemc QUIET IMPORTED_TARGET systemc>=2.3.4)
if(NOT systemc_FOUND)
  message(FATAL_ERROR " Berth needs SystemC 2.3.4: apt-get install libsystemc-dev (or run scripts/setup.sh)")
endif()
if(NOT TARGET SystemC::systemc)
  add_library(SystemC::systemc INTERFACE IMPORTED)
  target_link_libraries(SystemC::systemc INTERFACE PkgConfig::systemc)
  # The library was built as C++17; its headers check that who includes them says the same.
  target_compile_definitions(SystemC::systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
endif()
