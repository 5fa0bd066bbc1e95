"""The Web API's methods, one module a family. Importing a module registers its methods in `registry.METHODS`."""
