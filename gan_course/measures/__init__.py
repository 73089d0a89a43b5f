"""How good are the images, and how healthy is the run?"""
