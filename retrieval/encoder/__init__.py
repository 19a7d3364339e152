"""The bundled encoder: text → states and vectors, and the layers of it that are trained on."""
