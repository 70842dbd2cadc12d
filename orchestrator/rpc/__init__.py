"""In: gRPC servicers, conversion, validation, error mapping, interceptors."""
