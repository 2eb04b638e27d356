using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Which steps are kept of those that are old enough: the last of each window, by time or by number.</summary>
/// <param name="Name">The resolution, as answers say it.</param>
/// <param name="Before">Steps from before this moment, in windows that were over by then.</param>
/// <param name="BehindNewest">Steps that so many of their branch are newer than; 0 for all.</param>
/// <param name="Milliseconds">Length of a window, from the Unix epoch on; 0 when windows are not by time.</param>
/// <param name="Steps">Steps of a window, counted from the first of the branch as they were made; 0 when windows are not by number. With neither, all is one window.</param>
public sealed record ThinningLevel(string Name, HybridTimestamp Before, long BehindNewest, long Milliseconds, long Steps);
