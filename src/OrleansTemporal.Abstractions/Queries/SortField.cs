namespace OrleansTemporal.Queries;

/// <summary>One column of an order.</summary>
/// <param name="Field">Path of the field; of groups, the name of a column.</param>
/// <param name="Descending">Greatest first; documents without the field then come last.</param>
public sealed record SortField(string Field, bool Descending);
