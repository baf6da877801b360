"""What the tools that write share: edits, checks and the words of previews."""
