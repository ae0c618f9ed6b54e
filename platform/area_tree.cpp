// SPDX-License-Identifier: Apache-2.0
#include "platform/area_tree.hpp"

#include <string_view>

namespace berth::platform {

boost::json::object area_tree(const std::map<std::string, double>& mm2_by_path) {
    boost::json::object tree{{"mm2", 0.0}};
    for (const auto& [path, mm2] : mm2_by_path) {
        boost::json::object* node = &tree;
        node->at("mm2") = node->at("mm2").as_double() + mm2;
        for (std::string_view rest = path; !rest.empty();) {
            const std::size_t dot = rest.find('.');
            auto& parts = (*node)["parts"];
            if (parts.is_null()) parts = boost::json::object();
            auto& part = parts.as_object()[rest.substr(0, dot)];
            if (part.is_null()) part = boost::json::object{{"mm2", 0.0}};
            node = &part.as_object();
            node->at("mm2") = node->at("mm2").as_double() + mm2;
            rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
        }
    }
    return tree;
}

}  // namespace berth::platform
