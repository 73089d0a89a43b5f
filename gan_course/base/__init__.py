"""The ground: errors, TensorFlow and Keras, random numbers, this device, files."""
