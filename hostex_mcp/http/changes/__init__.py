"""The pages on which a person decides on changes that an app asked for. No scripts."""
