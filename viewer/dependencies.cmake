# What the viewer alone needs: kscope_imgui (Dear ImGui with its GLFW and OpenGL 3 back ends, GLFW,
# OpenGL) and kscope_stb (stb_image_write). Included by engine/dependencies.cmake, whose functions it
# uses.
set(OpenGL_GL_PREFERENCE GLVND)
find_package(OpenGL QUIET)
if(NOT OpenGL_FOUND)
  message(STATUS "No OpenGL headers here: building the text mode only")
  set(KSCOPE_VIEWER OFF)
  return()
endif()

find_package(glfw3 3.3 QUIET)
if(NOT TARGET glfw)
  if(UNIX AND NOT APPLE)  # GLFW's own sources need these, and fail late and loudly without
    find_package(X11 QUIET)
    if(NOT (X11_Xrandr_FOUND AND X11_Xinerama_FOUND AND X11_Xcursor_FOUND AND X11_Xi_FOUND))
      message(STATUS "Neither GLFW nor the X11 headers to build it: building the text mode only")
      set(KSCOPE_VIEWER OFF)
      return()
    endif()
  endif()
  kscope_fetch(glfw https://github.com/glfw/glfw/releases/download/3.4/glfw-3.4.zip
    b5ec004b2712fd08e8861dc271428f048775200a2df719ccf575143ba749a3e9)
endif()

# Only headers; each of them is compiled where it is used.
find_path(STB_INCLUDE_DIR stb_image_write.h PATH_SUFFIXES stb)
if(NOT STB_INCLUDE_DIR)
  kscope_fetch(stb
    https://github.com/nothings/stb/archive/013ac3beddff3dbffafd5177e7972067cd2b5083.zip
    b7f476902bbef1b30f8ecc2d9d95c459c32302c8b559d09b589b5955463b7af8 SOURCE_SUBDIR headers-only)
  set(STB_INCLUDE_DIR ${stb_SOURCE_DIR})
endif()
add_library(kscope_stb INTERFACE)
target_include_directories(kscope_stb SYSTEM INTERFACE ${STB_INCLUDE_DIR})

# Debian's package has the back ends compiled in; from source they are compiled here.
kscope_from_pkg_config(kscope_imgui imgui)
if(NOT TARGET kscope_imgui)
  kscope_fetch(imgui https://github.com/ocornut/imgui/archive/v1.91.8.tar.gz
    db3a2e02bfd6c269adf0968950573053d002f40bdfb9ef2e4a90bce804b0f286 SOURCE_SUBDIR sources-only)
  add_library(kscope_imgui STATIC
    ${imgui_SOURCE_DIR}/imgui.cpp ${imgui_SOURCE_DIR}/imgui_draw.cpp
    ${imgui_SOURCE_DIR}/imgui_tables.cpp ${imgui_SOURCE_DIR}/imgui_widgets.cpp
    ${imgui_SOURCE_DIR}/imgui_demo.cpp
    ${imgui_SOURCE_DIR}/backends/imgui_impl_glfw.cpp
    ${imgui_SOURCE_DIR}/backends/imgui_impl_opengl3.cpp)
  target_include_directories(kscope_imgui SYSTEM PUBLIC ${imgui_SOURCE_DIR}
                                                        ${imgui_SOURCE_DIR}/backends)
  target_link_libraries(kscope_imgui PUBLIC ${CMAKE_DL_LIBS} glfw OpenGL::GL)
else()
  target_link_libraries(kscope_imgui INTERFACE glfw OpenGL::GL)
endif()
