"""Given names that are no other word, city or surname of note, by the pronoun they go with."""

from __future__ import annotations

_SHE = """Agnes Alice Amelia Anita Anna Astrid Audrey Barbara Beatrice Bianca Brenda Bridget Camila
Carla Caroline Cecilia Chloe Clara Claudia Cynthia Daniela Deborah Diana Dora Edith
Eleanor Elena Elizabeth Ella Ellen Emily Emma Esther Eva Fatima Fiona Gabriela Gloria
Greta Hannah Harriet Heather Heidi Helen Helga Ingrid Irene Isabel Jane Janet Jessica
Joanna Judith Julia Karen Katherine Kira Laura Leila Linda Lisa Lucy Lydia Magdalena
Margaret Maria Martha Mary Matilda Megan Mia Miriam Monica Nadia Nancy Naomi Natalie
Nicole Nina Nora Olga Olivia Pamela Patricia Paula Rachel Rebecca Rita Rosa Ruth Sally
Samantha Sandra Sarah Sheila Sofia Sophie Stella Susan Tamara Tanya Teresa Tina Ursula
Vera Wanda Wendy Yasmin Yvonne Zoe"""
_HE = """Aaron Adam Ahmed Alan Albert Alex Alfred Amir Andrew Anthony Arthur Ben Benjamin Bernard
Boris Brian Bruno Carlos Charles Christopher Colin Daniel David Dennis Derek Diego Donald
Edgar Edward Edwin Elias Emil Eric Ernest Felix Gabriel Gary George Gerald Gustav Harold
Harry Hassan Hector Henry Howard Hugo Ian Igor Isaac Ivan Jacob James Jason Jeremy John
Jonathan Joseph Joshua Julian Karl Keith Kenneth Kevin Klaus Lars Leo Leon Liam Louis
Lucas Luis Marco Martin Matthew Michael Mohamed Nathan Neil Nicholas Nigel Noah Oliver
Omar Oscar Otto Pablo Patrick Paul Pedro Peter Philip Rafael Ralph Raymond Richard Robert
Roger Roland Ronald Samuel Sergei Simon Stefan Stephen Steve Stuart Thomas Timothy Tom
Victor Vincent Walter Werner William Yusuf"""
SHE = tuple(_SHE.split())
HE = tuple(_HE.split())
