"""What a fit leaves open of its weights: a normal distribution around them, stored as half a matrix.

weights ~ N(beta, V), V = (X' D X + ridge)^-1 the inverse Hessian of the penalised likelihood at its
mode. Stored is the lower triangle of L, V = L L', in single precision, of the columns that the
penalty leaves anything of.
"""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints


class Laplace(msgspec.Struct, frozen=True):
    """The spread of the weights around those that were fitted.

    Attributes
    ----------
    columns : places of the q weights that are not known exactly
    root : bytes
        float32, the rows of the lower triangle of L one after the other.
    """

    columns: list[int]
    root: bytes

    @classmethod
    def of(cls, variance: Floats, columns: Ints) -> Laplace:
        """Of the covariance of some weights, float64[q, q].

        Examples
        --------
        >>> found = Laplace.of(np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([0, 2]))
        >>> found.around(np.array([1.0, 7.0, 0.0]), np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
        [[3.0, 7.0, 1.0], [1.0, 7.0, 2.0]]
        """
        lower = np.linalg.cholesky(variance)
        return cls(columns.tolist(), lower[np.tril_indices(len(lower))].astype("<f4").tobytes())

    def around(self, weights: Floats, noise: Floats) -> Floats:
        """Weights drawn around those fitted, float64[draws, p].

        Parameters
        ----------
        noise : float64[draws, q]
            Standard normal numbers.
        """
        found = np.tile(np.asarray(weights, dtype=np.float64), (len(noise), 1))
        found[:, self.columns] += noise @ self._lower().T
        return found

    def variance(self, x: Floats) -> Floats:
        """Of the linear predictors of rows, x V x', float64[n].

        Examples
        --------
        >>> found = Laplace.of(np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([0, 2]))
        >>> found.variance(np.array([[1.0, 9.0, 0.0], [1.0, 9.0, -1.0]])).tolist()
        [4.0, 5.0]
        """
        return np.asarray(((x[:, self.columns] @ self._lower()) ** 2).sum(axis=1))

    def _lower(self) -> Floats:
        size = len(self.columns)
        lower = np.zeros((size, size))
        lower[np.tril_indices(size)] = np.frombuffer(self.root, dtype="<f4")
        return lower
