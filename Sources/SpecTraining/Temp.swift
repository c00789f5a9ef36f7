struct LossCurvePlot { struct P { let tokens: Double; let loss: Double }; let title: String; let training: [P]; let heldOut: [P]; var svg: String { "" } }
