"""WeChat: the client against the stand-in, over real HTTP; pushes against another implementation."""
