// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/header_node.hpp"
#include "compressor/image_sections.hpp"
#include "compressor/weight_image.hpp"

namespace berth::compressor {

/// What an image's header says beside its weights: docs/image.md. @throws InputError naming the path, in every one.
[[nodiscard]] inference::Shape read_shape(const HeaderNode& node);
[[nodiscard]] Geometry read_geometry(const HeaderNode& node);
[[nodiscard]] workloads::TokenizerSettings read_tokenizer_settings(const HeaderNode& node, const ImageSections& sections,
                                                                   const inference::Shape& shape);
/// @param image whose planes the ranges are of.
[[nodiscard]] ConverterCalibration read_calibration(const HeaderNode& node, const ImageSections& sections, const WeightImage& image);

}  // namespace berth::compressor
