"""Plain words that families draw from: names of people, and nouns.

Data only. Each word is one word of letters, and no word stands in both lists.
"""

_NAMES = """
Ada Adam Agnes Alan Albert Alice Amir Amy Andre Anita Anton Arthur Asha Astrid Axel Barbara
Ben Bernard Bianca Boris Brenda Bruno Carla Carlos Cecil Celia Chen Chloe Clara Colin Conrad
Dana Daniel Daria David Delia Denis Diana Diego Dora Edgar Edith Edwin Elena Elias Ella Elmer
Emil Emma Erik Esther Eva Fabian Farid Felix Fiona Flora Frank Freya Fritz Gabriel Gavin George
Gerda Gita Glenn Gloria Greta Gustav Hanna Harald Hassan Hazel Hector Heidi Helen Henry Hilda
Holger Hugo Ida Igor Ingrid Irene Isaac Ivan Jacob James Jane Jasper Jelena Jonas Joyce Judith
Julia Kamal Karen Karl Katya Keith Kira Klaus Lars Laura Leila Leo Leon Linda Lionel Lorenz
Louis Lucia Lukas Lydia Magda Marco Maria Martin Matilda Max Mehmet Mila Miriam Monica Morris
Nadia Nancy Nathan Nico Nina Nora Norman Olga Oliver Omar Oscar Otto Pablo Pamela Paul Petra
Philip Quentin Rachel Ralph Ravi Rita Robert Roman Rosa Ruth Samir Sandra Sarah Sergei Sheila
Simon Sofia Stefan Susan Sven Tamara Theo Thomas Tina Ursula Vera Victor Walter Wanda Yusuf Zoe
"""
NAMES = tuple(_NAMES.split())

_NOUNS = """
acorn anchor anvil apple arrow badge bagel banjo barrel basin basket beaker bench blanket boot
bottle bracket branch brick bridge broom bucket button cabin cactus candle canoe carpet carrot
castle chain chair cherry chisel clock coat comb compass copper cradle crown curtain daisy desk
dolphin domino drum eagle easel engine falcon feather fence fiddle flute fork fountain funnel
garlic gate ginger glove goblet guitar hammer harp hatchet helmet hinge honey horn island ivory
jacket jigsaw kettle key kite ladder lantern lemon lever lily lizard magnet mango mirror mitten
muffin napkin needle nutmeg oar olive onion orchid otter paddle parrot peach pebble pencil
pepper piano pigeon pillow pistol plum pocket pulley puzzle quilt rabbit radish ribbon rocket
rope saddle sandal scarf shovel silver sponge spoon stool tablet thimble ticket tulip turnip
tunnel umbrella valve vase violin wagon walnut wheel whistle window yarn zebra zipper
"""
NOUNS = tuple(_NOUNS.split())
