"""``swanlab.Molecule``: from SMILES, from files of the field, or from RDKit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swanlab.sdk.media.medium import BadMedia, Medium, Piece, library, named, snapshot

KINDS = ("pdb", "sdf", "mol")


class Molecule(Medium):
    """A molecule, kept as a ``pdb``, ``sdf`` or ``mol`` file."""

    kind = "molecule"

    @snapshot
    def __init__(
        self, data: Any = None, caption: str | None = None, *, pdb_data: str | None = None
    ) -> None:
        """Take a molecule.

        Args:
            data: SMILES; the path of a ``.pdb``, ``.sdf`` or ``.mol`` file; the text of a PDB file;
                or an RDKit ``Mol``.
            caption: shown below it.
            pdb_data: the text of a PDB file.
        """
        self.caption = named(caption)
        given = pdb_data if data is None else data
        if isinstance(given, Molecule):
            self.take_over(given)
        elif isinstance(given, Path) or (isinstance(given, str) and _is_file(given)):
            path = Path(given).expanduser()
            self._format, self._content = path.suffix.lower()[1:], path.read_text("utf-8")
            if self._format not in KINDS:
                raise BadMedia(f"{path.name} is none of {', '.join(KINDS)}")
        elif isinstance(given, str):
            if "\n" in given:
                self._format, self._content = "pdb", given
            else:
                self._format, self._content = "pdb", _of_smiles(given)
        elif hasattr(given, "GetNumAtoms"):
            self._format, self._content = "pdb", _pdb(given)
        else:
            raise BadMedia(
                f"a molecule is SMILES, a path or an RDKit Mol, not {type(given).__name__}"
            )

    @classmethod
    def from_mol(cls, mol: Any, caption: str | None = None) -> Molecule:
        """Return the molecule of an RDKit ``Mol``."""
        return cls(mol, caption)

    @classmethod
    def from_smiles(cls, smiles: str, caption: str | None = None) -> Molecule:
        """Return the molecule of a SMILES string."""
        return cls(smiles, caption)

    @classmethod
    def from_pdb_file(cls, path: str | Path, caption: str | None = None) -> Molecule:
        """Return the molecule of a PDB file."""
        return cls(Path(path), caption)

    @classmethod
    def from_sdf_file(cls, path: str | Path, caption: str | None = None) -> Molecule:
        """Return the molecule of an SDF file."""
        return cls(Path(path), caption)

    @classmethod
    def from_mol_file(cls, path: str | Path, caption: str | None = None) -> Molecule:
        """Return the molecule of a MOL file."""
        return cls(Path(path), caption)

    def piece(self) -> Piece:
        """Return the file."""
        return Piece(self._format, self._content.encode("utf-8", "replace"))


def _is_file(text: str) -> bool:
    return len(text) < 4096 and text.lower().endswith(tuple(f".{one}" for one in KINDS))


def _of_smiles(smiles: str) -> str:
    chem = library("rdkit.Chem", "rdkit")
    mol = chem.MolFromSmiles(smiles)
    if mol is None:
        raise BadMedia(f"{smiles[:80]!r} is no SMILES that RDKit can read")
    return _pdb(mol)


def _pdb(mol: Any) -> str:
    """Return PDB text; a molecule without coordinates gets some (ETKDG, seeded)."""
    chem = library("rdkit.Chem", "rdkit")
    if mol.GetNumConformers() == 0:
        all_chem = library("rdkit.Chem.AllChem", "rdkit")
        mol = chem.AddHs(mol)
        if all_chem.EmbedMolecule(mol, randomSeed=1) != 0:
            all_chem.Compute2DCoords(mol)
    text: str = chem.MolToPDBBlock(mol)
    return text
