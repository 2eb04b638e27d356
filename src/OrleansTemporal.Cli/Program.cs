using OrleansTemporal.Commands;
using OrleansTemporal.Rendering;

return await Application.RunAsync(args, Terminal.OfProcess());
