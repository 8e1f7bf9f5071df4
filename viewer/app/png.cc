#include "viewer/app/png.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace kscope::viewer {

Result<void> write_png(const std::string& file, int width, int height,
                       const std::vector<std::uint8_t>& rgb) {
  stbi_flip_vertically_on_write(1);
  if (stbi_write_png(file.c_str(), width, height, 3, rgb.data(), width * 3) == 0) {
    return Error{ErrorKind::Io, "cannot write the screenshot " + file};
  }
  return {};
}

}  // namespace kscope::viewer
