"""``swanlab.Molecule``: files of the field, and SMILES where RDKit is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import swanlab

PDB = "HEADER    WATER\nHETATM    1  O   HOH A   1       0.000   0.000   0.000\nEND\n"


def test_the_text_of_a_pdb_file(book):
    for given in (swanlab.Molecule(pdb_data=PDB), swanlab.Molecule(PDB), swanlab.Molecule(
        swanlab.Molecule(PDB, "water")
    )):  # fmt: skip
        found = book.one(given)
        assert (found.format, found.data.decode()) == ("pdb", PDB)


@pytest.mark.parametrize("kind", ["pdb", "sdf", "mol"])
def test_files_are_kept_as_they_are(book, kind):
    place = Path(f"water.{kind}")
    place.write_text(PDB)
    named = getattr(swanlab.Molecule, f"from_{kind}_file")
    for made in (swanlab.Molecule(place), swanlab.Molecule(str(place)), named(place, "water")):
        found = book.one(made)
        assert (found.format, found.data.decode()) == (kind, PDB)


def test_without_rdkit_the_extra_is_named(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    assert "pip install 'swanlab[media]'" in refused(swanlab.Molecule.from_smiles("CCO"))


def test_smiles_get_coordinates(book):
    chem = pytest.importorskip("rdkit.Chem")
    for made in (
        swanlab.Molecule("CCO"),
        swanlab.Molecule.from_smiles("CCO"),
        swanlab.Molecule.from_mol(chem.MolFromSmiles("CCO")),
    ):
        assert book.one(made).data.decode().count("HETATM") == 9


@pytest.mark.parametrize(("given", "why"), [("gone.pdb", "No such"), (5, "a molecule is SMILES")])
def test_what_cannot_be_taken_is_said_and_only_it_left_out(refused, given, why):
    assert why in refused(swanlab.Molecule(given))
