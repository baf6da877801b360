"""The pages on which a person looks at their account: the views that apps show in a chat."""
