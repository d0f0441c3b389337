"""Reads schemas that chains of calls build, `Joi.string().required()` and yup's, into shapes."""

from codemods.readers.chains.reader import chain_shape

__all__ = ["chain_shape"]
