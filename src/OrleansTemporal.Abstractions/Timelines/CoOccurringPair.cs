namespace OrleansTemporal.Timelines;

/// <summary>Two components that change together.</summary>
/// <param name="Left">The smaller one.</param>
/// <param name="Right">The larger one.</param>
/// <param name="Together">Steps that changed both.</param>
/// <param name="LeftChanges">Steps that changed the smaller one.</param>
/// <param name="RightChanges">Steps that changed the larger one.</param>
/// <param name="CoOccurrence">Steps that changed both, of those that changed either.</param>
/// <param name="Lift">How many times as often as if they were independent.</param>
/// <param name="Correlation">Pearson's correlation of their differences over all steps, −1 to 1; 0 where one never differs from its mean.</param>
public sealed record CoOccurringPair(int Left, int Right, int Together, int LeftChanges, int RightChanges, double CoOccurrence, double Lift, double Correlation);
