# SPDX-License-Identifier: MIT
# What is installed beside the program (tui/CMakeLists.txt installs that).
set(ASSETS ${PROJECT_SOURCE_DIR}/assets)
install(FILES ${ASSETS}/mailmend.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${ASSETS}/completions/mailmend.bash
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME mailmend)
install(FILES ${ASSETS}/completions/_mailmend
	DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${ASSETS}/completions/mailmend.fish
	DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${ASSETS}/symptoms.json DESTINATION ${CMAKE_INSTALL_DATADIR}/mailmend)
install(DIRECTORY ${ASSETS}/themes DESTINATION ${CMAKE_INSTALL_DATADIR}/mailmend
	FILES_MATCHING PATTERN "*.json")
install(FILES ${ASSETS}/config.example.json README.md INSTALL LICENSE
	DESTINATION ${CMAKE_INSTALL_DOCDIR})
