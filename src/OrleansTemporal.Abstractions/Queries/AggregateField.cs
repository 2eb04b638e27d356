namespace OrleansTemporal.Queries;

/// <summary>One aggregate of a query.</summary>
/// <param name="Name">Name of its column in the answer.</param>
/// <param name="Kind">What is computed.</param>
/// <param name="Field">Path of the field, or <c>*</c> to count documents.</param>
public sealed record AggregateField(string Name, AggregateKind Kind, string Field);
