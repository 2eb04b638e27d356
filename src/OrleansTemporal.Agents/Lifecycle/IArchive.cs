using OrleansTemporal.Operations;

namespace OrleansTemporal.Lifecycle;

/// <summary>The way back of what is in an offline tier, wherever it is followed: in this process, or on a silo.</summary>
public interface IArchive
{
    /// <summary>Begins to bring an object back, or says where somebody else's beginning can be followed.</summary>
    /// <param name="workspace">Whose operation it is.</param>
    /// <param name="path">The object that a read has met, as the exception of kind Archived names it.</param>
    /// <param name="cancellationToken">For the beginning.</param>
    ValueTask<OperationInfo> BringBackAsync(string workspace, string path, CancellationToken cancellationToken);
}
