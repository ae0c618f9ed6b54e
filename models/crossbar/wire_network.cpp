// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_network.hpp"

#include <Eigen/Dense>

#include <stdexcept>

namespace berth::crossbar {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One bitline seen from the wordline nodes of its column.
struct Bitline {
    MatrixXd admittance;  ///< [rows, rows]: current into the cells per volt on the wordline nodes
    VectorXd sensed;      ///< [rows]: current into the sense amplifier per volt on each wordline node
};

/// Solves a symmetric tridiagonal chain (Thomas) for many right-hand sides at once: diagonal, equal off-diagonals `-link`.
void solve_chain(VectorXd diagonal, double link, MatrixXd& right) {
    const Eigen::Index rows = diagonal.size();
    for (Eigen::Index i = 1; i < rows; ++i) {
        const double factor = link / diagonal[i - 1];
        diagonal[i] -= factor * link;
        right.row(i) += factor * right.row(i - 1);
    }
    right.row(rows - 1) /= diagonal[rows - 1];
    for (Eigen::Index i = rows - 2; i >= 0; --i) right.row(i) = (right.row(i) + link * right.row(i + 1)) / diagonal[i];
}

Bitline reduce_bitline(const VectorXd& cells, const WireParams& wires) {
    const Eigen::Index rows = cells.size();
    const double link = 1.0 / wires.bitline_segment;
    const double sense = 1.0 / (wires.bitline_segment + wires.sense);
    const Eigen::Index sensed_row = wires.sense_at_top ? 0 : rows - 1;
    VectorXd diagonal = cells;
    diagonal[sensed_row] += sense;
    diagonal.head(rows - 1).array() += link;
    diagonal.tail(rows - 1).array() += link;
    MatrixXd potential = cells.asDiagonal();
    solve_chain(std::move(diagonal), link, potential);
    Bitline bitline;
    bitline.sensed = sense * potential.row(sensed_row).transpose();
    bitline.admittance = -(cells.asDiagonal() * potential);
    bitline.admittance.diagonal() += cells;
    return bitline;
}

/// Conductances between a column of wordline nodes and the outside: neighbours and drivers.
struct WordlineColumn {
    double diagonal = 0.0;
    double driven = 0.0;
};

WordlineColumn wordline_column(int column, int cols, const WireParams& wires) {
    const double link = 1.0 / wires.wordline_segment;
    const double drive = 1.0 / (wires.wordline_segment + wires.driver);
    WordlineColumn result;
    result.driven = (column == 0 ? drive : 0.0) + (wires.double_sided_drive && column == cols - 1 ? drive : 0.0);
    result.diagonal = result.driven + (column > 0 ? link : 0.0) + (column + 1 < cols ? link : 0.0);
    return result;
}

}  // namespace

std::vector<double> solve_wires(std::span<const double> conductance, int rows, int cols, const WireParams& wires) {
    if (rows < 1 || cols < 1 || conductance.size() != std::size_t(rows) * std::size_t(cols))
        throw std::invalid_argument("solve_wires: conductance does not have rows * cols values");
    const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> cells(conductance.data(), rows, cols);
    const double link = 1.0 / wires.wordline_segment;

    // Eliminate columns from the far end: potential = inverse * (source + link * potential of the column before).
    std::vector<MatrixXd> inverse(static_cast<std::size_t>(cols)), source(static_cast<std::size_t>(cols));
    std::vector<VectorXd> sensed(static_cast<std::size_t>(cols));
    for (int column = cols - 1; column >= 0; --column) {
        const auto at = static_cast<std::size_t>(column);
        Bitline bitline = reduce_bitline(cells.col(column), wires);
        const WordlineColumn wordline = wordline_column(column, cols, wires);
        MatrixXd block = std::move(bitline.admittance);
        block.diagonal().array() += wordline.diagonal;
        source[at] = wordline.driven * MatrixXd::Identity(rows, rows);
        if (column + 1 < cols) {
            block.noalias() -= link * link * inverse[at + 1];
            if (wires.double_sided_drive) source[at].noalias() += link * (inverse[at + 1] * source[at + 1]);
        }
        inverse[at] = block.llt().solve(MatrixXd::Identity(rows, rows));
        sensed[at] = std::move(bitline.sensed);
    }

    std::vector<double> effective(conductance.size());
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> result(effective.data(), rows, cols);
    MatrixXd potential;
    for (int column = 0; column < cols; ++column) {
        const auto at = static_cast<std::size_t>(column);
        MatrixXd arriving = source[at];
        if (column > 0) arriving.noalias() += link * potential;
        potential.noalias() = inverse[at] * arriving;
        result.col(column) = potential.transpose() * sensed[at];
    }
    return effective;
}

}  // namespace berth::crossbar
