"""Tables of what is made public: publications, registers of disclosure."""

from __future__ import annotations
