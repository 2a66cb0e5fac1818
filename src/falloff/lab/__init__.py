"""Growing models under control: corpora, recipes, training, distillation.

The only room that trains. Needs torch and transformers (the extra ``lab``), imported only by the
modules that use them. Nothing that measures may know it.
"""
