namespace OrleansTemporal.Requests;

/// <summary>Marks an endpoint as one of the API and says what its method is.</summary>
internal sealed record ApiRoute(string Method);
