include(CMakePackageConfigHelpers)

install(TARGETS ${BERTH_TARGETS} EXPORT berth ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT berth NAMESPACE berth:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/berth)
install(DIRECTORY models workloads compressor platform DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/berth FILES_MATCHING PATTERN "*.hpp"
        PATTERN "workloads/demo" EXCLUDE)
install(DIRECTORY include/berth DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES platform/driver/driver.c DESTINATION ${CMAKE_INSTALL_DATADIR}/berth/driver)
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/berth FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY platform/presets platform/tables DESTINATION ${CMAKE_INSTALL_DATADIR}/berth)
install(TARGETS berth_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

configure_package_config_file(cmake/berth-config.cmake.in ${PROJECT_BINARY_DIR}/berth-config.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/berth)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/berth-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/berth-config.cmake ${PROJECT_BINARY_DIR}/berth-config-version.cmake cmake/BerthDnnl.cmake
              cmake/BerthPkgConfigTargets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/berth)
