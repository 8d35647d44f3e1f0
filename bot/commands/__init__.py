"""The commands of `motcua`, one file each; imported only when used, so that help is instant."""
