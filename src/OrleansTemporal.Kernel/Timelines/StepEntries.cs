namespace OrleansTemporal.Timelines;

/// <summary>What a step has set.</summary>
/// <param name="Indices">Components, ascending.</param>
/// <param name="Before">Their values before it.</param>
/// <param name="After">Their values behind it.</param>
internal readonly record struct StepEntries(ArrayPart<int> Indices, ArrayPart<float> Before, ArrayPart<float> After);
